import Foundation
import JSON
import Synchronization
import Virt
import VirtXML

@testable import QEMUModel

/// A monitor that expects exactly the published commands and gives the published replies.
final class MonitorScript: Sendable {
    struct Exchange: Sendable {
        var command: JSONValue
        var reply: JSONValue
    }

    private let exchanges: [Exchange]
    private let state = Mutex((next: 0, surprise: ""))

    init(_ text: [UInt8]) throws {
        let documents = try JSONValue.documents(in: text)
        exchanges = stride(from: 0, to: documents.count - 1, by: 2).map {
            Exchange(command: documents[$0], reply: documents[$0 + 1])
        }
    }

    /// The devices that are named in commands of that name, in order.
    func devices(_ command: String) -> [JSONObject] {
        exchanges.filter { $0.command["execute"]?.string == command }.compactMap {
            $0.command["arguments"]?.object
        }
    }

    /// What is known of the guest at first.
    func processors(maximum: Int) -> GuestProcessors {
        func reply(_ name: String) -> JSONValue? {
            exchanges.first { $0.command["execute"]?.string == name }?.reply["return"]
        }
        return GuestProcessors(
            places: reply("query-hotpluggable-cpus"), running: reply("query-cpus-fast") ?? .null,
            maximum: maximum)
    }

    func ask(_ name: String, _ arguments: JSONObject?) throws(VirtError) -> JSONValue {
        let exchange = state.withLock { state -> Exchange? in
            guard exchanges.indices.contains(state.next) else {
                state.surprise = "beyond the end: \(name)"
                return nil
            }
            let one = exchanges[state.next]
            state.next += 1
            guard one.command["execute"]?.string == name,
                one.command["arguments"]?.object ?? [:] == arguments ?? [:]
            else {
                state.surprise = "- \(one.command)\n+ \(name) \(arguments.map { "\($0)" } ?? "")"
                return nil
            }
            return one
        }
        guard let reply = exchange?.reply["return"] else {
            throw VirtError(.internalError, "the monitor was asked something else", from: .qemu)
        }
        return reply
    }

    /// How the talk differed from the published one; empty where it didn't.
    var difference: String {
        let (next, surprise) = state.withLock { $0 }
        if !surprise.isEmpty { return surprise }
        return next == exchanges.count ? "" : "not asked: \(exchanges[next].command)"
    }
}
