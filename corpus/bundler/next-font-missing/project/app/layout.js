import localFont from "next/font/local";

const inter = localFont({ src: "./fonts/Inter.woff2" });

export default function Layout({ children }) {
  return <html className={inter.className}><body>{children}</body></html>;
}
