import Virt
import VirtXML

/// How much of the host's processors a guest gets, as a call's parameters (`virDomainSchedulerParameters`).
extension CPUTune {
    /// The parameters in libvirt's order. What isn't said is 0.
    public var schedulerParameters: [TypedParameter] {
        [
            TypedParameter("cpu_shares", .ullong(shares ?? 0)),
            TypedParameter("vcpu_period", .ullong(period ?? 0)),
            TypedParameter("vcpu_quota", .llong(quota ?? 0)),
            TypedParameter("emulator_period", .ullong(emulatorPeriod ?? 0)),
            TypedParameter("emulator_quota", .llong(emulatorQuota ?? 0)),
            TypedParameter("global_period", .ullong(globalPeriod ?? 0)),
            TypedParameter("global_quota", .llong(globalQuota ?? 0)),
            TypedParameter("iothread_period", .ullong(iothreadPeriod ?? 0)),
            TypedParameter("iothread_quota", .llong(iothreadQuota ?? 0)),
        ]
    }

    /// Changes what is given of them.
    public mutating func change(scheduler given: [TypedParameter]) throws(VirtError) {
        let wanted = try ParameterReading(given, knowing: CPUTune().schedulerParameters.map(\.field))
        if let value = try wanted.ullong("cpu_shares") { shares = value }
        func period(_ name: String, _ old: UInt64?) throws(VirtError) -> UInt64? {
            guard let value = try wanted.ullong(name) else { return old }
            guard value == 0 || (1000...1_000_000).contains(value) else {
                throw Self.outOfRange(name, "1000", "1000000")
            }
            return value == 0 ? nil : value
        }
        func quota(_ name: String, _ old: Int64?) throws(VirtError) -> Int64? {
            guard let value = try wanted.llong(name) else { return old }
            guard value <= 0 || (1000...17_592_186_044_415).contains(value) else {
                throw Self.outOfRange(name, "1000", "17592186044415")
            }
            return value == 0 ? nil : value
        }
        self.period = try period("vcpu_period", self.period)
        self.quota = try quota("vcpu_quota", self.quota)
        emulatorPeriod = try period("emulator_period", emulatorPeriod)
        emulatorQuota = try quota("emulator_quota", emulatorQuota)
        globalPeriod = try period("global_period", globalPeriod)
        globalQuota = try quota("global_quota", globalQuota)
        iothreadPeriod = try period("iothread_period", iothreadPeriod)
        iothreadQuota = try quota("iothread_quota", iothreadQuota)
    }

    private static func outOfRange(_ name: String, _ least: String, _ most: String) -> VirtError {
        VirtError(
            .invalidArg, "value of '\(name)' is out of range [\(least), \(most)]", from: .qemu)
    }
}
