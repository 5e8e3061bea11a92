import { price } from "../lib/price";

export default function Page() {
  return <p>{price(100)}</p>;
}
