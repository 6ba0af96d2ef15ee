import Foundation
import JSON

@testable import QEMUModel

/// The published table of a guest's processors (`NAME.data`), and QEMU's replies as far as it tells them.
struct ProcessorTable {
    private var entries: [[String: String]] = []

    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let words = line.trimmingCharacters(in: .whitespaces)
            if words.hasPrefix("[vcpu") { entries.append([:]); continue }
            guard !entries.isEmpty else { continue }
            if words.hasPrefix("topology:") {
                entries[entries.count - 1]["topology"] = String(words.dropFirst("topology: ".count))
                continue
            }
            let parts = words.split(separator: "=", maxSplits: 1).map(String.init)
            let value = parts.count > 1 ? parts[1].trimmingCharacters(in: ["'"]) : ""
            entries[entries.count - 1][parts[0]] = value
        }
    }

    var count: Int { entries.count }

    /// What `query-hotpluggable-cpus` must have answered.
    var places: JSONValue {
        let places = entries.compactMap { entry -> JSONValue? in
            guard let type = entry["type"] else { return nil }
            var (place, properties): (JSONObject, JSONObject) = (["type": .string(type)], [:])
            for word in (entry["topology"] ?? "").split(separator: " ") {
                let parts = word.split(separator: "=")
                let number = JSONValue(Int(parts[1].trimmingCharacters(in: ["'"])) ?? 0)
                if parts[0] == "vcpus" {
                    place["vcpus-count"] = number
                } else {
                    properties["\(parts[0])-id"] = number
                }
            }
            place["props"] = .object(properties)
            place.add("qom-path", entry["qom_path"])
            return .object(place)
        }
        return .array(places.reversed())
    }

    /// What `query-cpus-fast` must have answered: the processors in the order in which they came.
    var running: JSONValue {
        var (path, part, turn) = ("", 0, 0)
        let known = entries.compactMap { entry -> (turn: Int, entry: JSONValue)? in
            if entry["type"] != nil {
                (path, part, turn) = (entry["qom_path"] ?? "", -1, Int(entry["enable-id"] ?? "") ?? 0)
            }
            part += 1
            guard let thread = entry["thread-id"].flatMap({ Int64($0) }) else { return nil }
            var one: JSONObject = ["thread-id": .integer(thread)]
            one.add("cpu-index", entry["query-cpus-id"].flatMap { Int64($0) })
            one["qom-path"] = .string("\(path)/thread[\(part)]")
            one.add("cpu-state", entry["halted"] == nil ? nil : "stopped")
            return (turn, .object(one))
        }
        return .array(
            known.enumerated().sorted { ($0.element.turn, $0.offset) < ($1.element.turn, $1.offset) }
                .map(\.element.entry))
    }

    /// The table as it is published.
    static func text(_ guest: GuestProcessors) -> String {
        var known: Int?
        return guest.all.enumerated().map { number, one in
            var lines = ["[vcpu libvirt-id='\(number)']"]
            lines.append("    online=\(one.isOnline ? "yes" : "no")")
            lines.append("    hotpluggable=\(one.isHotpluggable ? "yes" : "no")")
            if let thread = one.thread { lines.append("    thread-id='\(thread)'") }
            let isFirst = one.place != known
            known = one.place
            if isFirst, let order = one.order { lines.append("    enable-id='\(order)'") }
            if let index = one.index { lines.append("    query-cpus-id='\(index)'") }
            if isFirst, let place = one.place { lines += text(guest.places[place]) }
            if one.isHalted { lines.append("    halted") }
            return lines.joined(separator: "\n") + "\n"
        }.joined()
    }

    private static func text(_ place: ProcessorPlace) -> [String] {
        var lines = ["    type='\(place.type)'"]
        if let alias = place.alias { lines.append("    alias='\(alias)'") }
        if let path = place.path { lines.append("    qom_path='\(path)'") }
        let words = ["socket", "die", "cluster", "module", "core", "thread", "node"].compactMap { name in
            place.properties["\(name)-id"]?.uint.map { "\(name)='\($0)'" }
        }
        lines.append("    topology: " + (words + ["vcpus='\(place.count)'"]).joined(separator: " "))
        return lines
    }
}
