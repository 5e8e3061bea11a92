defmodule Till do
  def open do
    coins()
  end
end
