import VirtXML

/// What a domain asks of its firmware.
struct FirmwareRequest {
    /// `uefi` or `bios`; nil if only the files say which it is.
    var interface: String?
    var architecture: String
    var machine: String
    var secureBoot: Bool?
    var enrolledKeys: Bool?
    var loader: Loader
    var nvram: NVRAM?
    /// The format that the code must be in; nil for any.
    var format: StorageFormat?
    var smm: Bool?
    var security: LaunchSecurity.Kind?

    init(_ domain: DomainDefinition, machine: String, format: StorageFormat?) {
        let names: [OperatingSystem.Firmware: String] = [.efi: "uefi", .bios: "bios"]
        interface = domain.os.firmware.flatMap { names[$0] }
        architecture = domain.os.arch ?? ""
        self.machine = machine
        loader = domain.os.loader ?? Loader()
        nvram = domain.os.nvram
        self.format = format
        smm = domain.features.smm?.state
        security = domain.launchSecurity?.type
        enrolledKeys = domain.os.feature(.enrolledKeys)
        secureBoot = domain.os.feature(.secureBoot) ?? loader.secure ?? (enrolledKeys == true ? true : nil)
    }

    /// The first descriptor that offers all that is asked for.
    func choose(from descriptors: [FirmwareDescriptor]) -> FirmwareDescriptor? {
        descriptors.first(where: isMet)
    }

    private func isMet(by descriptor: FirmwareDescriptor) -> Bool {
        if let interface, !descriptor.interfaces.contains(interface) { return false }
        guard descriptor.runs(on: Self.target(architecture), machine: machine) else { return false }
        return fitsFiles(descriptor) && fitsFeatures(descriptor) && fitsSecurity(descriptor)
    }

    private static func target(_ architecture: String) -> String {
        switch architecture {
        case "i686": "i386"
        case "armv7l", "armv6l": "arm"
        default: architecture
        }
    }

    private func fitsFiles(_ descriptor: FirmwareDescriptor) -> Bool {
        let code = descriptor.mapping.code
        if let path = loader.path, path != code.path { return false }
        if let format, format.rawValue != code.format { return false }
        switch descriptor.mapping {
        case .memory:
            return (loader.type == nil || loader.type == .rom) && loader.readonly != false
                && loader.stateless != false && nvram == nil
        case .split(_, let template): return fitsFlash && loader.stateless != true && fits(template)
        case .stateless: return fitsFlash && (loader.stateless == true || security == .sevSNP) && nvram == nil
        case .combined, .kernel: return false
        }
    }

    private var fitsFlash: Bool { (loader.type == nil || loader.type == .pflash) && loader.readonly != false }

    private func fits(_ template: FirmwareDescriptor.Image) -> Bool {
        if let wanted = nvram?.template, wanted != template.path { return false }
        if let format = nvram?.templateFormat, format.rawValue != template.format { return false }
        if let format = nvram?.format, format.rawValue != template.format { return false }
        return true
    }

    private func fitsFeatures(_ descriptor: FirmwareDescriptor) -> Bool {
        let features = descriptor.features
        if let secureBoot, features.contains("secure-boot") != secureBoot { return false }
        if let enrolledKeys, features.contains("enrolled-keys") != enrolledKeys { return false }
        if loader.secure == true, !features.contains("requires-smm") { return false }
        return smm != false || !features.contains("requires-smm")
    }

    private func fitsSecurity(_ descriptor: FirmwareDescriptor) -> Bool {
        switch security {
        case .sev: descriptor.features.contains("amd-sev")
        case .sevSNP: descriptor.features.contains("amd-sev-snp")
        case .s390PV, nil: true
        }
    }
}

extension OperatingSystem {
    /// What is asked of a feature of the firmware.
    package func feature(_ name: FirmwareFeature.Name) -> Bool? {
        firmwareFeatures.first { $0.name == name }?.enabled
    }
}
