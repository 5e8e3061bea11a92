defmodule Till do
  def open do
    {1, 2
  end
end
