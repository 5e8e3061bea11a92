class Till {
  constructor(key) {
    if (!key) throw new Error("no key for the till; pass it to the constructor");
  }
}

const till = new Till(process.env.TILL_KEY);

export async function POST() {
  return Response.json({ till: String(till) });
}
