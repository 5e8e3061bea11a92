import dayjs from "dayjs";

document.title = dayjs().format();
