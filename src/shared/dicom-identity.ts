import type { DicomPatient } from './dicom'

/** Whether a text holds a part of the patient's name, or the patient's number. */
export function tellsPatient(text: string, { name, id }: DicomPatient): boolean {
  const plain = (value: string): string => value.replace(/[^\p{L}\p{N}]/gu, '').toLowerCase()
  const parts = [...name.split(/[\^\s,=]/), id].map(plain).filter((part) => part.length >= 3)
  return parts.some((part) => plain(text).includes(part))
}
