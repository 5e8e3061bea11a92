set -e
systemctl restart postgresql
