require "minitest/autorun"

class CartTest < Minitest::Test
  def test_adds_shipping
    assert_equal 20, [10, 5].sum
  end
end
