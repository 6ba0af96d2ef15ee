import JSON
import QEMUModel
import Testing
import Virt

@Suite("The rate at which a guest writes to its memory")
struct DirtyRateTests {
    @Test("what is measured is told, of each processor where it is known")
    func measured() throws {
        let rate = try #require(
            DirtyRate([
                "status": "measured", "start-time": 5, "calc-time": 1, "mode": "dirty-ring", "dirty-rate": 7,
                "vcpu-dirty-rate": [["id": 0, "dirty-rate": 3], ["id": "no"], ["id": 1, "dirty-rate": 4]],
            ]))
        #expect(
            rate.parameters == [
                TypedParameter("dirtyrate.calc_status", .int(2)),
                TypedParameter("dirtyrate.calc_start_time", .llong(5)),
                TypedParameter("dirtyrate.calc_period", .int(1)),
                TypedParameter("dirtyrate.calc_mode", .string("dirty-ring")),
                TypedParameter("dirtyrate.megabytes_per_second", .llong(7)),
                TypedParameter("dirtyrate.vcpu.0.megabytes_per_second", .llong(3)),
                TypedParameter("dirtyrate.vcpu.1.megabytes_per_second", .llong(4)),
            ])
    }

    @Test("nothing is told of what isn't known")
    func unknown() throws {
        let rate = try #require(DirtyRate(["status": "unstarted"]))
        #expect(rate.parameters.count == 4)
        #expect(DirtyRate(["status": "other"]) == nil)
        #expect(DirtyRate(.null) == nil)
    }
}
