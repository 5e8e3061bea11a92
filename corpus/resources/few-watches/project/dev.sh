# The limit holds for the namespace that this script is run in, not for the machine.
echo 1 > /proc/sys/user/max_inotify_watches
npm run dev
