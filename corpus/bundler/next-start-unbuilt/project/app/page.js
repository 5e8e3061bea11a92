export default function Page() {
  return <h1>Departures</h1>;
}
