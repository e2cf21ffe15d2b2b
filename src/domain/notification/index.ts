export { CHANNEL_TYPES, NOTIFICATION_STATES } from "../../store/schema/notification.ts";
export { announce, type News } from "./announce.ts";
export { type Channel } from "./channel.ts";
export { createChannel, type CreateChannelInput } from "./create-channel.ts";
export { deleteChannel } from "./delete-channel.ts";
export { deliverNotifications } from "./deliver.ts";
export {
  getNotification,
  listNotifications,
  type ListNotificationsInput,
  type Notification,
  retryNotification,
} from "./list-notifications.ts";
export { getChannel, listChannels } from "./read-channels.ts";
export { type ChannelSettings } from "./rules.ts";
export { assertMayWrite, LETTERS_PER_HOUR } from "./send.ts";
export { testChannel } from "./test-channel.ts";
export { renewSecret, updateChannel } from "./update-channel.ts";
export { sweepNotifications, wakeNotifications } from "./wake.ts";
