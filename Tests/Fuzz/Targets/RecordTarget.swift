import VirtXML
import XMLBinding

@testable import QEMUDriver
@testable import QEMUModel

/// The record of a running guest, `NAME.live`: no record, or one that reads the same once written.
func takeRecord(_ input: [UInt8]) {
    guard let record = LiveRecord(text: String(decoding: input, as: UTF8.self)) else { return }
    guard let again = LiveRecord(text: record.text), again.text == record.text else {
        fatalError("a record doesn't read the same once written: \(record.text)")
    }
    _ = try? DomainDefinition(xml: record.xml, options: .secure)
}
