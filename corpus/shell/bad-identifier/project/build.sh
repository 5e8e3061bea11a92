set -e
export API-URL=https://api.example.com
