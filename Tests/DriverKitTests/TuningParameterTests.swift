import Testing
import Virt
import VirtXML

@testable import DriverKit

@Suite("What a guest may have of its host, as a call's parameters")
struct TuningParameterTests {
    @Test("what is of another type, unknown or given twice is refused, and changes nothing")
    func refused() {
        for given in [
            [TypedParameter("hard_limit", .uint(5))], [TypedParameter("min_guarantee", .ullong(5))],
            [TypedParameter("hard_limit", .ullong(5)), TypedParameter("hard_limit", .ullong(6))],
            [TypedParameter("swap_hard_limit", .ullong(5))],
        ] {
            var tune = MemoryTune()
            #expect(throws: VirtError.self) { try tune.change(given) }
            #expect(tune == MemoryTune())
        }
    }

    @Test("a disk's limits come one by one, and go with their last")
    func disks() throws {
        var tune = BlkioTune()
        try tune.change([TypedParameter("device_weight", .string("/dev/a,100,/dev/b,200"))])
        try tune.change([TypedParameter("device_read_bytes_sec", .string("/dev/b,9"))])
        try tune.change([TypedParameter("device_weight", .string("/dev/a,0,/dev/b,0"))])
        #expect(tune.devices.map(\.path) == ["/dev/b"])
        #expect(tune.parameters.contains(TypedParameter("device_read_bytes_sec", .string("/dev/b,9"))))
        for text in ["/dev/a", "/dev/a,x", ",5", "/dev/a,99999999999", "/dev/a,1,"] {
            #expect(throws: VirtError.self) {
                try tune.change([TypedParameter("device_weight", .string(text))])
            }
        }
    }

    @Test("periods and quotas have bounds, 0 is none, and a negative quota is no limit")
    func shares() throws {
        var tune = CPUTune()
        try tune.change(scheduler: [
            TypedParameter("vcpu_period", .ullong(1000)), TypedParameter("vcpu_quota", .llong(-1)),
        ])
        #expect(tune.period == 1000 && tune.quota == -1)
        try tune.change(scheduler: [TypedParameter("vcpu_period", .ullong(0))])
        #expect(tune.period == nil)
        for one in [
            TypedParameter("vcpu_period", .ullong(999)), TypedParameter("global_quota", .llong(999)),
            TypedParameter("emulator_period", .ullong(1_000_001)),
            TypedParameter("vcpu_quota", .ullong(2000)),
        ] { #expect(throws: VirtError.self) { try tune.change(scheduler: [one]) } }
    }

    @Test("a running guest keeps the mode in which it takes its memory")
    func nodes() throws {
        var tune = NUMATune()
        #expect(throws: VirtError.self) {
            try tune.change([TypedParameter("numa_mode", .int(1))], isLive: true)
        }
        // Without nodes there is nothing to take memory from.
        #expect(throws: VirtError.self) {
            try tune.change([TypedParameter("numa_mode", .int(1))], isLive: false)
        }
        try tune.change(
            [TypedParameter("numa_mode", .int(1)), TypedParameter("numa_nodeset", .string("0"))],
            isLive: false)
        #expect(throws: VirtError.self) {
            try tune.change([TypedParameter("numa_mode", .int(7))], isLive: false)
        }
        #expect(throws: VirtError.self) {
            try tune.change([TypedParameter("numa_nodeset", .string(""))], isLive: false)
        }
        #expect(tune.memory?.mode == .preferred)
    }

    @Test("counters stand in libvirt's order, however they are switched")
    func counters() throws {
        var events: [PerfEvent] = []
        try events.change([
            TypedParameter("cpu_clock", .boolean(true)), TypedParameter("cmt", .boolean(true)),
        ])
        try events.change([TypedParameter("cpu_clock", .boolean(false))])
        #expect(events.map(\.name) == ["cmt", "cpu_clock"])
        #expect(events.parameters.filter { $0.value == .boolean(true) }.map(\.field) == ["cmt"])
        #expect(throws: VirtError.self) { try events.change([TypedParameter("foo", .boolean(true))]) }
    }
}
