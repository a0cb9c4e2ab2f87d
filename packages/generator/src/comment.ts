import type { Random } from "./random.ts";

/** How a customer felt, from worst to best. */
export type Mood = "angry" | "unhappy" | "mixed" | "content" | "delighted";

/** By treatment id, from 1. */
const TREATMENTS: readonly string[] = [
  "manicure",
  "pedicure",
  "gel manicure",
  "acrylic set",
  "nail art",
  "polish change",
  "French manicure",
  "spa pedicure",
  "dip powder",
  "nail repair",
  "hand massage",
  "paraffin bath",
  "gel removal",
  "kids' manicure",
  "wax treatment",
];

/** `{}` stands for the treatment. No sentence is in two moods, so that a comment shows its mood. */
const SENTENCES: Readonly<Record<Mood, readonly string[]>> = {
  delighted: [
    "Best salon in town!",
    "My nails look amazing!",
    "Absolutely loved it, thank you!",
    "Excellent attention to detail.",
    "Highly recommended!",
    "Perfect from start to finish.",
    "Great service, will come back!",
    "Such a relaxing afternoon.",
    "Très chic, merci beaucoup!",
    "The best {} I ever had!",
    "Flawless {}, wow!",
  ],
  content: [
    "Very clean and friendly.",
    "Good work, fair price.",
    "Quick and professional.",
    "Happy with the result.",
    "Lovely color choices.",
    "Nice staff, good music.",
    "I will book again.",
    "Solid job, no complaints.",
    "The {} turned out well.",
    "Good {}, short wait.",
  ],
  mixed: [
    "Average experience overall.",
    "Good, but could be better.",
    "A bit expensive for what it is.",
    "Okay, nothing special.",
    "Nice result after a long wait.",
    "Friendly, yet a little rushed.",
    "Fine for a quick visit.",
    "The {} was just okay.",
    "Decent {}, too pricey.",
  ],
  unhappy: [
    "Had to wait too long.",
    "The polish chipped after two days.",
    "Not what I asked for.",
    "The massage chair was broken.",
    "Felt rushed the whole time.",
    "Uneven and a bit messy.",
    "Disappointed this time.",
    "My {} did not last.",
    "Sloppy {}, sadly.",
  ],
  angry: [
    "I would not recommend it.",
    "Terrible, never again.",
    "They hurt my cuticles.",
    "Rude staff and dirty tools.",
    "I want my money back.",
    "A complete waste of time.",
    "They lost my appointment twice.",
    "Worst {} ever.",
    "The {} was a disaster.",
  ],
};

/** The mood that a rating, in tenths, speaks of. */
export function moodOf(ratingTenths: number): Mood {
  if (ratingTenths >= 45) return "delighted";
  if (ratingTenths >= 35) return "content";
  if (ratingTenths >= 25) return "mixed";
  if (ratingTenths >= 15) return "unhappy";
  return "angry";
}

/** A comment in that mood on a treatment; the sentences need no escaping in JSON. */
export function writeComment(mood: Mood, treatmentId: number, random: Random): string {
  return random.pick(SENTENCES[mood]).replace("{}", TREATMENTS[treatmentId - 1]!);
}
