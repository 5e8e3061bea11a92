defmodule Till.MixProject do
  use Mix.Project

  def project do
    [app: :till, version: "1.0.0", deps: []]
  end
end
