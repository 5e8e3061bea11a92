export default function Page() {
  async function order() {
    "use server";
  }
  return <form action={order}><button>Order</button></form>;
}
