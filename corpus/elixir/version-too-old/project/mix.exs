defmodule Till.MixProject do
  use Mix.Project

  def project do
    [app: :till, version: "1.0.0", elixir: "~> 1.99", deps: []]
  end
end
