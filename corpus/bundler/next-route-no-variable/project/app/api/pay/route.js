const url = process.env.LEDGER_URL;
if (!url) throw new Error("LEDGER_URL is not defined");

export async function GET() {
  return Response.json({ url });
}
