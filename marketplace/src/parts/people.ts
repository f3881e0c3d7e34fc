/** `user:anna` → `anna`; machines keep what they are: `product:europe-sales`. */
export const called = (subject: string) => subject.replace(/^user:/, '')
