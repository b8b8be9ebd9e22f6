/** One turn of a duty list. A turn that ends at or before its beginning goes past midnight. */
export interface DutyEntry {
  /** HH:mm; `to` may be 24:00. */
  from: string;
  to: string;
  name: string;
  /** Normal form. */
  phone: string;
}
