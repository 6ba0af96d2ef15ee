import JSON

@testable import QMP

/// What a hostile QEMU says: any bytes, in pieces of any size. The first byte says how the talk stands and how large the
/// pieces are. In one piece they must mean the same; nothing follows a violation; and no more comes out than went in.
func takeMonitorTalk(_ input: [UInt8]) {
    guard let first = input.first else { return }
    let bytes = input.dropFirst()
    let whole = Talk(stands: first & 3).heard([bytes])
    let size = Int(first >> 2) + 1
    let pieces = stride(from: bytes.startIndex, to: bytes.endIndex, by: size).map {
        bytes[$0..<min($0 + size, bytes.endIndex)]
    }
    let parts = Talk(stands: first & 3).heard(pieces)
    // What is heard before a violation depends on the pieces.
    let isSame =
        whole.error == nil ? parts.error == nil && whole.outputs == parts.outputs : parts.error != nil
    guard isSame else {
        fatalError("in one piece: \(whole), in pieces: \(parts)")
    }
    var told = 0
    for case .event(let event) in parts.outputs {
        told += event.size
        guard event.description.utf8.count < 300 else { fatalError("a long line in a log: \(event)") }
    }
    guard told <= bytes.count else { fatalError("events of \(told) bytes out of \(bytes.count)") }
}

/// One session, from where it stands.
private struct Talk {
    private var session = QMPSession()
    private static let greeting = #"{"QMP":{"version":{"qemu":{"micro":0,"minor":2,"major":7}}}}"#

    /// Not greeted yet; greeted; ready; or with commands that have no reply.
    init(stands: UInt8) {
        if stands > 0 { _ = try? session.receive((Self.greeting + "\n").utf8) }
        if stands > 1 { _ = try? session.receive("{\"return\":{},\"id\":0}\n".utf8) }
        if stands > 2 { for name in ["a", "b", "c"] { _ = session.command(name) } }
    }

    func heard(_ pieces: [ArraySlice<UInt8>]) -> (outputs: [QMPSession.Output], error: QMPError?) {
        var session = session
        var outputs: [QMPSession.Output] = []
        var failure: QMPError?
        let due = session.unanswered
        for piece in pieces {
            do throws(QMPError) {
                outputs += try session.receive(piece)
                if failure != nil { fatalError("something was heard after \(failure.debugDescription)") }
            } catch {
                guard failure == nil || error == .disconnected else { fatalError("\(error) came second") }
                failure = failure ?? error
            }
        }
        // The greeting has one reply due that wasn't before.
        guard session.unanswered <= due + 1 else { fatalError("\(session.unanswered) replies are due") }
        return (outputs, failure)
    }
}
