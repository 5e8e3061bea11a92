git init -q origin
cd origin
git -c user.name=A -c user.email=a@example.com commit -q --allow-empty -m first
printf '[submodule "lib"]\n\tpath = lib\n\turl = ../gone.git\n' > .gitmodules
git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),lib
