/** What was given for one criterion, with the criterion as it stood then. */
export interface GivenPoints {
  code: string;
  zh: string;
  en: string;
  weight: number;
  /** 0 to `most`; null: did not apply to this call. */
  points: number | null;
  most: number;
  /** Nothing given here fails the whole call. */
  vital: boolean;
}
