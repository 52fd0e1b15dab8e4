// The page's own words in both languages; the bot's words are the bot's.
const WORDS = {
  zh: {
    next: "下一工作日 08:30", go: "天后", days: "几天后", sent: "发了什么给谁", language: "EN", me: "选择身份", search: "搜索姓名、职务、县区",
    write: "消息", start: "开始", reply: "回复", copy: "复制", typing: "正在输入…", upload: "正在发送文件…", members: "位成员", bot: "机器人",
    choose: "请选择一个聊天", who: "请先选择你是谁", nobody: "没有找到", open: "以此身份打开", edited: "已编辑", draft: "还没有消息",
    since: (time) => `自 ${time} 起`, count: (people, messages) => `${people} 个接收方 · ${messages} 条消息`, nothing: "没有发出任何消息",
    migrated: "群组已升级为超级群", lost: "连接已断开，正在重连…", back: "已重新连接", failed: "拨钟失败：", asked: "发送为图片？", attach: "发送文件", unsent: "未能发送：", several: (name, count) => `${name} 等${count}个文件`, title: "督办 · 演练",
    weekdays: ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"], day: (y, m, d) => `${m}月${d}日`, date: (y, m, d) => `${y}年${m}月${d}日`,
    group: "群", photo: "图片", document: "文件", jumping: "时间正在流逝…", city: "市本级",
  },
  en: {
    next: "Next workday 08:30", go: "days on", days: "Days on", sent: "Sent to whom", language: "中文", me: "Who are you?", search: "Search name, post, county",
    write: "Message", start: "START", reply: "Reply", copy: "Copy", typing: "typing…", upload: "sending a file…", members: "members", bot: "bot",
    choose: "Choose a chat", who: "First choose who you are", nobody: "Nobody found", open: "Open as this person", edited: "edited", draft: "No messages yet",
    since: (time) => `Since ${time}`, count: (people, messages) => `${people} recipients · ${messages} messages`, nothing: "Nothing was sent",
    migrated: "The group became a supergroup", lost: "Connection lost, reconnecting…", back: "Connected again", failed: "The clock stopped: ", asked: "Send as a photo?", attach: "Send a file", unsent: "Not sent: ", several: (name, count) => `${name} and ${count - 1} more`, title: "Duban · rehearsal",
    weekdays: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
    day: (y, m, d) => `${["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][m - 1]} ${d}`, date: (y, m, d) => `${y}-${String(m).padStart(2, "0")}-${String(d).padStart(2, "0")}`,
    group: "group", photo: "photo", document: "file", jumping: "Time is passing…", city: "City",
  },
};

export let language = localStorage.getItem("language") === "en" ? "en" : "zh";
export const say = (key, ...values) => {
  const word = WORDS[language][key];
  return typeof word === "function" ? word(...values) : word;
};
export function switchLanguage() {
  language = language === "zh" ? "en" : "zh";
  localStorage.setItem("language", language);
}

// Times arrive as ISO in the office's zone and are shown as they stand, wherever the browser is.
const parts = (iso) => iso.slice(0, 10).split("-").map(Number);
export const clockTime = (iso) => iso.slice(11, 16);
export const day = (iso) => `${say("day", ...parts(iso))} ${weekday(iso)}`;
export const date = (iso) => `${say("date", ...parts(iso))} ${weekday(iso)}`;
export const moment = (iso) => `${date(iso)} ${iso.slice(11, 19)}`;
function weekday(iso) {
  const [year, month, number] = parts(iso);
  return say("weekdays")[new Date(Date.UTC(year, month - 1, number)).getUTCDay()];
}
