RSpec.describe "cart" do
  it "adds shipping" do
    expect(10 + 5).to eq(20)
  end

  it "has a till" do
    raise ArgumentError, "no till"
  end
end
