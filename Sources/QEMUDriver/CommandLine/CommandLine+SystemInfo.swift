import JSON
import VirtXML

extension QEMUCommandLine {
    /// What the guest reads about its machine.
    mutating func addSystemInfo() throws(ConfigurationError) {
        if domain.os.smbios == .sysinfo, let info = domain.sysinfo.first(where: { $0.type == .smbios }) {
            try addTable(0, info.bios, ["vendor", "version", "date", "release"])
            try addTable(
                1, info.system, ["manufacturer", "product", "version", "serial", "uuid", "sku", "family"])
            for board in info.baseBoards {
                try addTable(
                    2, board.entries, ["manufacturer", "product", "version", "serial", "asset", "location"])
            }
            try addTable(3, info.chassis, ["manufacturer", "version", "serial", "asset", "sku"])
            try addStrings(info.oemStrings)
        }
        for info in domain.sysinfo where info.type == .fwcfg {
            for entry in info.entries { try addBlob(entry) }
        }
    }

    private mutating func addTable(
        _ type: Int, _ entries: [SystemInfo.Entry], _ order: [String]
    ) throws(ConfigurationError) {
        guard !entries.isEmpty else { return }
        var text = OptionText()
        text.add("type", type)
        for name in order {
            let value = entries.first { $0.name == name }?.value
            // Boards and cases always have a maker, be it one without a name.
            text.add(name, value ?? (name == "manufacturer" && type > 1 ? "" : nil))
        }
        try arguments.add("-smbios", text)
    }

    private mutating func addStrings(_ strings: [String]) throws(ConfigurationError) {
        guard !strings.isEmpty else { return }
        var text = OptionText()
        text.add("type", 11)
        for string in strings { text.add("value", string) }
        try arguments.add("-smbios", text)
    }

    private mutating func addBlob(_ entry: SystemInfo.Entry) throws(ConfigurationError) {
        var text = OptionText()
        text.add("name", entry.name)
        if let file = entry.file { text.add("file", file) } else { text.add("string", entry.value ?? "") }
        try arguments.add("-fw_cfg", text)
    }

    /// The abilities that QEMU gives up at its start.
    mutating func addSandbox() throws(ConfigurationError) {
        guard resources.isSandboxed else { return }
        var sandbox = OptionText("on")
        for word in ["obsolete", "elevateprivileges", "spawn", "resourcecontrol"] {
            sandbox.add(word, "deny")
        }
        try arguments.add("-sandbox", sandbox)
    }

    mutating func addAsyncTeardown() throws(ConfigurationError) {
        guard let enabled = domain.features.asyncTeardown else { return }
        var text = OptionText()
        text.add("async-teardown", on: enabled)
        try arguments.add("-run-with", text)
    }

    mutating func addLaunchSecurity() throws(ConfigurationError) {
        guard let security = domain.launchSecurity else { return }
        var object: JSONObject
        switch security.type {
        case .sev:
            object = ["qom-type": "sev-guest", "id": "lsec0"]
            addEncryption(security, to: &object)
            object.add("policy", security.policy)
            if security.dhCert != nil {
                object.add("dh-cert-file", "\(resources.domainFolder)/dh_cert.base64")
            }
            if security.session != nil {
                object.add("session-file", "\(resources.domainFolder)/session.base64")
            }
            object.add("kernel-hashes", security.kernelHashes)
        case .sevSNP:
            object = ["qom-type": "sev-snp-guest", "id": "lsec0"]
            addEncryption(security, to: &object)
            object.add("kernel-hashes", security.kernelHashes)
            object.add("policy", security.policy)
            object.add("guest-visible-workarounds", security.guestVisibleWorkarounds)
            object.add("id-block", security.idBlock)
            object.add("id-auth", security.idAuth)
            object.add("host-data", security.hostData)
            object.add("author-key-enabled", security.authorKey)
            object.add("vcek-disabled", security.vcek.map { !$0 })
        case .s390PV: object = ["qom-type": "s390-pv-guest", "id": "lsec0"]
        }
        try arguments.add("-object", object)
    }

    /// What the document leaves out is what the host's processor says.
    private func addEncryption(_ security: LaunchSecurity, to object: inout JSONObject) {
        object.add("cbitpos", security.cbitpos.map { JSONValue($0) } ?? qemu.sev?["cbitpos"])
        object.add(
            "reduced-phys-bits",
            security.reducedPhysBits.map { JSONValue($0) } ?? qemu.sev?["reduced-phys-bits"])
    }
}
