defmodule TillTest do
  use ExUnit.Case

  test "adds shipping" do
    assert 10 + 5 == 20
  end
end
