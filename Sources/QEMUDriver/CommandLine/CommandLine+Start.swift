import VirtXML

extension QEMUCommandLine {
    /// What people see, and how the daemon talks to QEMU.
    mutating func addConsole() throws(ConfigurationError) {
        try addSystemInfo()
        if domain.devices.graphics.isEmpty { try arguments.add("-display", "none") }
        arguments.add("-no-user-config")
        arguments.add("-nodefaults")
        var chardev = OptionText("socket")
        chardev.add("id", "charmonitor")
        if let path = resources.monitorPath {
            chardev.add("path", path)
        } else {
            chardev.add("fd", resources.monitorDescriptor)
        }
        chardev.add("server", on: true)
        chardev.add("wait", on: false)
        try arguments.add("-chardev", chardev)
        var monitor = OptionText()
        monitor.add("chardev", "charmonitor")
        monitor.add("id", "monitor")
        monitor.add("mode", "control")
        try arguments.add("-mon", monitor)
    }

    /// Time, power and what is booted.
    mutating func addStart() throws(ConfigurationError) {
        try addRTC()
        try addTimers()
        arguments.add("-no-shutdown")
        if domain.board.hasACPI, !guest.acpiIsMachineOption, !domain.features.acpi {
            arguments.add("-no-acpi")
        }
        try addPowerManagement()
        try addBoot()
        try addKernel()
    }

    private mutating func addRTC() throws(ConfigurationError) {
        var rtc = OptionText()
        rtc.add("base", try clockBase())
        if let timer = domain.timer(.rtc) {
            if timer.track == .guest { rtc.add("clock", "vm") }
            if timer.track == .wall { rtc.add("clock", "host") }
            if timer.tickPolicy == .catchup { rtc.add("driftfix", "slew") }
        }
        try arguments.add("-rtc", rtc)
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
        for timer in domain.clock.timers {
            if timer.name == .pit, timer.tickPolicy == .delay || timer.tickPolicy == .discard,
                qemu.has("kvm-pit")
            {
                let policy = timer.tickPolicy == .delay ? "delay" : "discard"
                try arguments.add("-global", "kvm-pit.lost_tick_policy=\(policy)")
            }
            if timer.name == .hpet, timer.present == false, !qemu.option("machine", has: "hpet"),
                domain.board.isX86
            {
                arguments.add("-no-hpet")
            }
        }
    }

    private mutating func addPowerManagement() throws(ConfigurationError) {
        let chip = domain.board.isQ35 ? "ICH9-LPC" : "PIIX4_PM"
        if let enabled = domain.powerManagement.suspendToMemory {
            try arguments.add("-global", "\(chip).disable_s3=\(enabled ? 0 : 1)")
        }
        if let enabled = domain.powerManagement.suspendToDisk {
            try arguments.add("-global", "\(chip).disable_s4=\(enabled ? 0 : 1)")
        }
    }

    private mutating func addBoot() throws(ConfigurationError) {
        var boot = OptionText()
        boot.add("menu", on: domain.os.bootMenu?.enable)
        if domain.os.bootMenu?.enable == true { boot.add("splash-time", domain.os.bootMenu?.timeout) }
        boot.add("reboot-timeout", domain.os.biosRebootTimeout)
        boot.add("strict", on: true)
        try arguments.add("-boot", boot)
    }

    private mutating func addKernel() throws(ConfigurationError) {
        if let kernel = domain.os.kernel { try arguments.add("-kernel", kernel) }
        if let initrd = domain.os.initrd { try arguments.add("-initrd", initrd) }
        if let cmdline = domain.os.cmdline { try arguments.add("-append", cmdline) }
        if let shim = domain.os.shim { try arguments.add("-shim", shim) }
        if let dtb = domain.os.dtb { try arguments.add("-dtb", dtb) }
        for table in domain.os.acpiTables {
            var text = OptionText()
            switch table.type {
            case .slic: text.add("sig", "SLIC")
            case .msdm: text.add("sig", "MSDM")
            case .raw, .rawset: break
            }
            text.add("file", table.path)
            try arguments.add("-acpitable", text)
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
