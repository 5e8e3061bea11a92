# the web image
LABEL team=web
COPY site/ /srv/
