import JSON
import Testing
import Virt
import VirtXML

@testable import QEMUModel

@Suite struct GuestProcessorsTests {
    private static let two: JSONValue = [
        ["cpu-index": 0, "thread-id": 10, "qom-path": "/machine/unattached/device[0]"],
        ["cpu-index": 3, "thread-id": 13, "qom-path": "/machine/peripheral/vcpu3"],
        ["cpu-index": 2, "thread-id": 12, "qom-path": "/machine/peripheral/vcpu2"],
    ]

    private static func place(_ core: Int64, _ path: String? = nil) -> JSONValue {
        var place: JSONObject = ["type": "cpu", "vcpus-count": 1, "props": ["core-id": .integer(core)]]
        place.add("qom-path", path)
        return .object(place)
    }

    private static let places: JSONValue = [
        place(3, "/machine/peripheral/vcpu3"), place(2, "/machine/peripheral/vcpu2"), place(1),
        place(0, "/machine/unattached/device[0]"),
    ]

    private let known = GuestProcessors(places: places, running: two, maximum: 4)

    @Test("the order is that in which processors came, whatever QEMU's numbers are")
    func order() {
        #expect(known.all.map(\.order) == [1, nil, 3, 2])
        #expect(known.all.map(\.thread) == [10, nil, 12, 13])
        #expect(known.all.map(\.isHotpluggable) == [false, true, true, true])
        #expect(known.online == 3)
    }

    @Test("a machine without places has its processors from the start")
    func fixed() {
        let fixed = GuestProcessors(places: nil, running: Self.two, maximum: 3)
        #expect(fixed.all.allSatisfy { $0.isOnline && !$0.isHotpluggable && $0.order == nil })
        #expect(throws: VirtError.self) { try fixed.change(toReach: 2) }
    }

    @Test("more fill the lowest places, fewer empty the highest")
    func choice() throws {
        #expect(try known.change(toReach: 4) == .plug([1]))
        #expect(try known.change(toReach: 1) == .unplug([3, 2]))
        #expect(try known.change(toReach: 3) == .unplug([]))
        #expect(throws: VirtError.self) { try known.change(toReach: 5) }
        #expect(throws: VirtError.self) { try known.change(toReach: 0) }
    }

    @Test("processors of one core come and go together")
    func siblings() throws {
        let core: JSONValue = [
            "type": "core", "vcpus-count": 2, "props": ["core-id": 0],
            "qom-path": "/machine/unattached/device[1]",
        ]
        let free: JSONValue = ["type": "core", "vcpus-count": 2, "props": ["core-id": 2]]
        let running: JSONValue = [
            ["cpu-index": 0, "thread-id": 1, "qom-path": "/machine/unattached/device[1]/thread[0]"],
            ["cpu-index": 1, "thread-id": 2, "qom-path": "/machine/unattached/device[1]/thread[1]"],
        ]
        let cores = GuestProcessors(places: [free, core], running: running, maximum: 4)
        #expect(try cores.place(of: CPUSet([2, 3]), toBeOnline: true) == 1)
        #expect(cores.alias(for: 1) == "vcpu2")
        for wrong in [[2], [3], [0, 1], [2, 3, 4], [1, 2]] {
            #expect(throws: VirtError.self) { try cores.place(of: CPUSet(wrong), toBeOnline: true) }
        }
        #expect(throws: VirtError.self) { try cores.place(of: CPUSet([0, 1]), toBeOnline: false) }
        #expect(throws: VirtError.self) { try cores.change(toReach: 3) }
    }
}
