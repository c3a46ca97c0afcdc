/** Room for a button at the end of a field, in pixels: words are longer in some languages than in others. */
export const roomFor = (word: string): number => Math.max(74, 36 + Math.ceil(word.length * 7.5));
