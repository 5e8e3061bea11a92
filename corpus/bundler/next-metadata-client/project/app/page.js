"use client";

export const metadata = { title: "Shop" };

export default function Page() {
  return <p>Shop</p>;
}
