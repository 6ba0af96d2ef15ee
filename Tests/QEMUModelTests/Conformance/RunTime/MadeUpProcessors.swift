import JSON
import Synchronization
import Virt
import VirtXML

@testable import QEMUModel

/// A QEMU that only has processors, of the topology that a definition asks for.
final class MadeUpProcessors: Sendable {
    private struct Place {
        let properties: JSONObject
        let count: Int
        var path: String?
        var turn = 0
    }

    private let state: Mutex<[Place]>
    private let type: String

    /// - Parameter online: how many processors there are at first.
    init(_ domain: DomainDefinition, online: Int) {
        let topology = domain.cpu?.topology
        let (cores, threads) = (Int(topology?.cores ?? 1), Int(topology?.threads ?? 1))
        let isPower = domain.board.isPSeries
        type = isPower ? "power9-spapr-cpu-core" : "qemu64-x86_64-cpu"
        let count = isPower ? threads : 1
        var places = (0..<Int(domain.vcpu.maximum) / count).map { number -> Place in
            let properties: JSONObject =
                isPower
                ? ["core-id": JSONValue(number * threads)]
                : [
                    "socket-id": JSONValue(number / threads / cores),
                    "core-id": JSONValue(number / threads % cores),
                    "thread-id": JSONValue(number % threads),
                ]
            return Place(properties: properties, count: count)
        }
        for index in places.indices where index * count < online {
            places[index].path = "/machine/unattached/device[\(index)]"
            places[index].turn = index
        }
        state = Mutex(places)
    }

    func ask(_ name: String, _ arguments: JSONObject?) throws(VirtError) -> JSONValue {
        switch name {
        case "query-hotpluggable-cpus": places
        case "query-cpus-fast": running
        case "device_add": try add(arguments ?? [:])
        default: throw VirtError(.internalError, "unexpected command \(name)", from: .qemu)
        }
    }

    func remove(_ alias: String) {
        state.withLock { places in
            for index in places.indices where places[index].path == "/machine/peripheral/\(alias)" {
                places[index].path = nil
            }
        }
    }

    private func add(_ device: JSONObject) throws(VirtError) -> JSONValue {
        var device = device
        let (id, driver) = (device["id"]?.string ?? "", device["driver"]?.string)
        (device["id"], device["driver"]) = (nil, nil)
        let wanted = device
        let isDone = state.withLock { places in
            guard let index = places.firstIndex(where: { $0.properties == wanted && $0.path == nil }) else {
                return false
            }
            places[index].turn = (places.filter { $0.path != nil }.map(\.turn).max() ?? 0) + 1
            places[index].path = "/machine/peripheral/\(id)"
            return driver == type
        }
        guard isDone else { throw VirtError(.internalError, "there is no such place", from: .qemu) }
        return [:]
    }

    private var places: JSONValue {
        .array(
            state.withLock { $0 }.reversed().map { place in
                var entry: JSONObject = [
                    "type": .string(type), "vcpus-count": JSONValue(place.count),
                    "props": .object(place.properties),
                ]
                entry.add("qom-path", place.path)
                return .object(entry)
            })
    }

    private var running: JSONValue {
        let present = state.withLock { $0 }.filter { $0.path != nil }.sorted { $0.turn < $1.turn }
        let paths = present.flatMap { place in
            (0..<place.count).map { place.count > 1 ? "\(place.path ?? "")/thread[\($0)]" : place.path ?? "" }
        }
        return .array(
            paths.enumerated().map { index, path in
                [
                    "cpu-index": JSONValue(index), "thread-id": JSONValue(1000 + index),
                    "qom-path": .string(path),
                ]
            })
    }
}
