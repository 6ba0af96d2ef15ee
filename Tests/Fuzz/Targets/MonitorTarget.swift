import JSON

@testable import QMP

/// What a monitor sends: lines, each of them a document; a document must read the same once written.
func takeMonitorLines(_ input: [UInt8]) {
    var buffer = LineBuffer()
    guard let lines = try? buffer.append(input + [0x0A], limit: 4096) else { return }
    for line in lines {
        guard let value = try? JSONValue(parsing: line) else { continue }
        guard let again = try? JSONValue(parsing: value.encoded), again == value else {
            fatalError("\(value) doesn't read the same once written")
        }
        if let object = value.object { _ = QMPEvent(object, size: line.count) }
    }
}
