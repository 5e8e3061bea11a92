import logo from "../assets/logo.png";

export default function Page() {
  return <img src={logo.src} alt="Shop" />;
}
