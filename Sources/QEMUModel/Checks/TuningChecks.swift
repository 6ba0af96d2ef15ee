import VirtXML

extension DomainDefinition {
    /// Whether what is said of CPUs is about such as there are.
    func checkNamedThreads() throws(ConfigurationError) {
        for group in throttleGroups {
            try check(group, isShared: true)
            try checkSizes(of: group)
        }
        guard let cputune else { return }
        let scheduled = cputune.vcpuSchedulers.flatMap { $0.vcpus.members }
        if let missing = scheduled.first(where: { $0 >= vcpu.maximum }) {
            throw .unsupported("vCPU '\(missing)' is not present in domain definition")
        }
    }

    /// Caches are shared out among processors by the host's kernel, for its own guests.
    func checkCacheTuning() throws(ConfigurationError) {
        guard let cputune, type != .kvm else { return }
        if !cputune.cacheTunes.isEmpty || !cputune.memoryTunes.isEmpty {
            throw .unsupported("cachetune is only supported for KVM domains")
        }
    }

    func checkThreadPools() throws(ConfigurationError) {
        for thread in iothreads.threads { try thread.pool.check() }
        try iothreads.defaultThread?.check()
    }

    /// What can't be done with a guest that ends as it should.
    func checkDumps() throws(ConfigurationError) {
        for (event, action) in [("poweroff", onPoweroff), ("reboot", onReboot)] {
            guard let action, action == .coredumpDestroy || action == .coredumpRestart else { continue }
            throw .unsupported("Lifecycle event '\(event)' doesn't support '\(action.rawValue)' action")
        }
    }

    /// What QEMU can be told to do when the guest is done.
    func checkLifecycle() throws(ConfigurationError) {
        if [onPoweroff, onReboot, onCrash].contains(.renameRestart) {
            throw .unsupported(
                "qemu driver doesn't support the 'rename-restart' action for 'on_reboot'/'on_poweroff'/'on_crash'"
            )
        }
        if onPoweroff == .preserve || onReboot == .preserve {
            throw .unsupported(
                "qemu driver doesn't support the 'preserve' action for 'on_reboot'/'on_poweroff'")
        }
        if onPoweroff == .restart, onReboot == .destroy {
            throw .unsupported(
                "qemu driver doesn't support 'onReboot' set to 'destroy and 'onPoweroff' set to 'reboot'")
        }
    }

    /// Whether the machine's firmware can be told of sleep.
    func checkPowerManagement(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        let power = powerManagement
        guard power.suspendToMemory != nil || power.suspendToDisk != nil else { return }
        if !board.isX86 { throw .unsupported("setting ACPI S3/S4 not supported") }
        if !qemu.has(board.isQ35 ? "ICH9-LPC" : "PIIX4_PM") {
            throw .unsupported(
                "setting ACPI \(power.suspendToMemory != nil ? "S3" : "S4") not supported")
        }
    }
}

extension ThreadPool {
    fileprivate func check() throws(ConfigurationError) {
        if max == 0 { throw .unsupported("thread_pool_max must be a positive integer") }
        if let min, min > (max ?? -1) {
            throw .unsupported("thread_pool_min must be smaller or equal to thread_pool_max")
        }
    }
}
