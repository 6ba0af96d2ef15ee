import VirtXML

extension QEMUCommandLine {
    /// What people see, and how the daemon talks to QEMU.
    mutating func addConsole() throws(ConfigurationError) {
        try addSystemInfo()
        if domain.devices.graphics.isEmpty {
            try arguments.add("-display", "none", from: .roost("there is no <graphics>"))
        }
        arguments.add("-no-user-config", from: .roost("no file of the host changes the guest"))
        arguments.add("-nodefaults", from: .roost("the guest has the devices of its document and no others"))
        try addMonitor()
    }

    private mutating func addMonitor() throws(ConfigurationError) {
        let reason = QEMUOrigin.roost("the monitor, by which Roost controls QEMU")
        var chardev = OptionText("socket")
        chardev.add("id", "charmonitor")
        if let path = resources.monitorPath {
            chardev.add("path", path)
        } else {
            chardev.add("fd", resources.monitorDescriptor)
        }
        chardev.add("server", on: true)
        chardev.add("wait", on: false)
        try arguments.add("-chardev", chardev, from: reason)
        var monitor = OptionText()
        monitor.add("chardev", "charmonitor")
        monitor.add("id", "monitor")
        monitor.add("mode", "control")
        try arguments.add("-mon", monitor, from: reason)
    }

    /// Time, power and what is booted.
    mutating func addStart() throws(ConfigurationError) {
        try addRTC()
        try addTimers()
        arguments.add("-no-shutdown", from: .roost("what follows a power-off is for Roost to decide"))
        let isSwitched = domain.board.isX86 || domain.os.arch == "aarch64" && domain.board.isVirt
        if isSwitched, !guest.acpiIsMachineOption, !domain.features.acpi {
            arguments.add("-no-acpi", from: .roost("there is no <acpi/> in <features>"))
        }
        try addPowerManagement()
        try addBoot()
        try addKernel()
    }

    private mutating func addRTC() throws(ConfigurationError) {
        var rtc = OptionText()
        rtc.add("base", try clockBase())
        if let timer = domain.timer(.rtc) {
            rtc.from(domain.origin(of: .rtc)) { text in
                if timer.track == .guest { text.add("clock", "vm") }
                if timer.track == .realtime { text.add("clock", "rt") }
                if timer.track == .wall { text.add("clock", "host") }
                if timer.tickPolicy == .catchup { text.add("driftfix", "slew") }
            }
        }
        try arguments.add("-rtc", rtc, from: .element("clock"))
    }

    private func clockBase() throws(ConfigurationError) -> String {
        let clock = domain.clock
        switch clock.offset {
        case .utc, .localtime, .timezone:
            return clock.offset == .utc ? "utc" : "localtime"
        case .absolute: return CivilTime(secondsSince1970: Int64(clamping: clock.start ?? 0)).text
        case .variable:
            guard case .seconds(let seconds)? = clock.adjustment else { return "utc" }
            let (time, overflow) = resources.now().addingReportingOverflow(
                seconds &+ (clock.basis == .localtime ? resources.secondsEastOfUTC : 0))
            guard !overflow else { throw .unsupported("the clock's adjustment of \(seconds) s is too large") }
            return CivilTime(secondsSince1970: time).text
        }
    }

    private mutating func addTimers() throws(ConfigurationError) {
        for (index, timer) in domain.clock.timers.enumerated() {
            let origin = QEMUOrigin.one("clock/timer", index)
            if timer.name == .pit, timer.tickPolicy != .catchup, qemu.has("kvm-pit") {
                let policy = timer.tickPolicy == .discard ? "discard" : "delay"
                try arguments.add("-global", "kvm-pit.lost_tick_policy=\(policy)", from: origin)
            }
            if timer.name == .hpet, timer.present == false, !qemu.option("machine", has: "hpet"),
                domain.board.isX86
            {
                arguments.add("-no-hpet", from: origin)
            }
        }
    }

    private mutating func addPowerManagement() throws(ConfigurationError) {
        let chip = domain.board.isQ35 ? "ICH9-LPC" : "PIIX4_PM"
        if let enabled = domain.powerManagement.suspendToMemory {
            try arguments.add(
                "-global", "\(chip).disable_s3=\(enabled ? 0 : 1)", from: .element("pm/suspend-to-mem"))
        }
        if let enabled = domain.powerManagement.suspendToDisk {
            try arguments.add(
                "-global", "\(chip).disable_s4=\(enabled ? 0 : 1)", from: .element("pm/suspend-to-disk"))
        }
    }

    private mutating func addBoot() throws(ConfigurationError) {
        var boot = OptionText()
        boot.from("os/bootmenu") { $0.add("menu", on: domain.os.bootMenu?.enable) }
        boot.from("os/bios") { $0.add("reboot-timeout", domain.os.biosRebootTimeout) }
        boot.from("os/bootmenu") { text in
            if domain.os.bootMenu?.enable == true { text.add("splash-time", domain.os.bootMenu?.timeout) }
        }
        boot.add("strict", on: true)
        try arguments.add(
            "-boot", boot, from: .roost("the guest boots from nothing but what has a turn in the boot order"))
    }

    private mutating func addKernel() throws(ConfigurationError) {
        let os = domain.os
        if let kernel = os.kernel { try arguments.add("-kernel", kernel, from: .element("os/kernel")) }
        if let initrd = os.initrd { try arguments.add("-initrd", initrd, from: .element("os/initrd")) }
        if let cmdline = os.cmdline { try arguments.add("-append", cmdline, from: .element("os/cmdline")) }
        if let shim = os.shim { try arguments.add("-shim", shim, from: .element("os/shim")) }
        if let dtb = os.dtb { try arguments.add("-dtb", dtb, from: .element("os/dtb")) }
        for (index, table) in os.acpiTables.enumerated() {
            var text = OptionText()
            switch table.type {
            case .slic: text.add("sig", "SLIC")
            case .msdm: text.add("sig", "MSDM")
            case .raw, .rawset: break
            }
            text.add("file", table.path)
            try arguments.add("-acpitable", text, from: .one("os/acpi/table", index))
        }
    }
}

/// A moment in the form that QEMU's clock is set by.
struct CivilTime {
    let text: String

    /// Days are counted with the year beginning in March, so that the odd day stands at its end.
    init(secondsSince1970 seconds: Int64) {
        let day = seconds.quotientFloor(86_400)
        let rest = seconds - day * 86_400
        let era = (day + 719_468).quotientFloor(146_097)
        let dayOfEra = day + 719_468 - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * month + 2) / 5 + 1
        let civilMonth = month < 10 ? month + 3 : month - 9
        let year = yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0)
        text =
            "\(Self.pad(year, 4))-\(Self.pad(civilMonth, 2))-\(Self.pad(dayOfMonth, 2))T"
            + "\(Self.pad(rest / 3600, 2)):\(Self.pad(rest / 60 % 60, 2)):\(Self.pad(rest % 60, 2))"
    }

    private static func pad(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Int64 {
    /// The quotient, rounded down.
    fileprivate func quotientFloor(_ divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self + 1) / divisor - 1
    }
}
