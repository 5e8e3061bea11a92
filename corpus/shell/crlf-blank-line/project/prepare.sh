mkdir -p out

cp theme.css out/
