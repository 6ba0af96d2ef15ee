import VirtXML

extension DomainDefinition {
    func checkTimers(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        for timer in clock.timers {
            try timer.checkSettings()
        }
        for timer in clock.timers { try check(timer, qemu) }
    }

    private func check(_ timer: ClockTimer, _ qemu: QEMUCapabilities) throws(ConfigurationError) {
        switch timer.name {
        case .platform: throw .unsupported("unsupported timer type (name) 'platform'")
        case .tsc, .kvmclock, .hypervclock:
            if timer.present == true, !board.isX86 { throw unknown(timer) }
        case .armvtimer:
            if type != .kvm || !board.isARM { throw unknown(timer) }
        case .rtc: try checkRTC(timer)
        case .pit:
            if timer.tickPolicy == .merge || timer.tickPolicy == .catchup && !qemu.has("kvm-pit") {
                throw .unsupported("unsupported pit tickpolicy '\(timer.tickPolicy?.rawValue ?? "")'")
            }
        case .hpet:
            if timer.present == true, !board.isX86 {
                throw .unsupported("hpet timer is not supported by this architecture")
            }
        }
    }

    private func checkRTC(_ timer: ClockTimer) throws(ConfigurationError) {
        if timer.track == .boot { throw .unsupported("unsupported rtc timer track 'boot'") }
        if let policy = timer.tickPolicy, policy == .merge || policy == .discard {
            throw .unsupported("unsupported rtc timer tickpolicy '\(policy.rawValue)'")
        }
    }

    private func unknown(_ timer: ClockTimer) -> ConfigurationError {
        .unsupported(
            "Configuring the '\(timer.name.rawValue)' timer is not supported for virtType=\(type.rawValue) arch=\(os.arch ?? "") machine=\(os.machine ?? "") guests"
        )
    }
}

extension ClockTimer {
    /// Not everything can be said of every timer.
    fileprivate func checkSettings() throws(ConfigurationError) {
        let isTSC = name == .tsc
        if tickPolicy != nil, name == .kvmclock || name == .hypervclock {
            throw .unsupported("timer \(name.rawValue) doesn't support setting of timer tickpolicy")
        }
        if catchup != nil, tickPolicy != .catchup {
            throw .xml("setting of timer catchup policies is only supported with tickpolicy='catchup'")
        }
        for (what, isSaid, isKnown) in [
            ("frequency", frequency != nil, isTSC), ("mode", mode != nil, isTSC),
            ("track", track != nil, name == .platform || name == .rtc),
        ] where isSaid && !isKnown {
            throw .unsupported("timer \(name.rawValue) doesn't support setting of timer \(what)")
        }
    }
}
