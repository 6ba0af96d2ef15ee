import JSON

/// The replies to commands that were sent together, until all have come.
final class QMPReplies {
    private var results: [Result<JSONValue, QMPError>]
    private var left: Int
    private let whenComplete: ([Result<JSONValue, QMPError>]) -> Void

    init(count: Int, whenComplete: @escaping ([Result<JSONValue, QMPError>]) -> Void) {
        results = Array(repeating: .failure(.disconnected), count: count)
        left = count
        self.whenComplete = whenComplete
    }

    /// Takes the one reply to the command at `index`.
    func take(_ result: Result<JSONValue, QMPError>, _ index: Int) {
        results[index] = result
        left -= 1
        if left == 0 { whenComplete(results) }
    }
}
