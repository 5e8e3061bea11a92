git init -q origin
cd origin
git -c user.name=A -c user.email=a@example.com commit -q --allow-empty -m first
