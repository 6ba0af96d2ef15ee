import HostKit
import VirtXML

/// What a guest's QEMU finds in its environment: its own folders, and programs where the daemon finds its own.
enum GuestEnvironment {
    /// The variables for a guest whose folder is `folder`, and what its document asks for: the zone of its clock, and
    /// variables of its own, which win.
    static func variables(_ folder: String, of domain: DomainDefinition) -> [(name: String, value: String)] {
        var found = ProgramEnvironment.variables(home: folder)
        if domain.clock.offset == .timezone, let zone = domain.clock.timezone { found.append(("TZ", zone)) }
        if let driver = domain.devices.audios.last(where: { $0.type == .sdl && $0.sdlDriver != nil })?
            .sdlDriver
        {
            found.append(("SDL_AUDIODRIVER", driver))
        }
        if let folder = domain.devices.audios.last(where: { $0.runtimeDir != nil })?.runtimeDir {
            found.append(("PIPEWIRE_RUNTIME_DIR", folder))
        }
        for screen in domain.devices.graphics where screen.type == .sdl {
            if let file = screen.xauth { found.append(("XAUTHORITY", file)) }
            if let display = screen.display { found.append(("DISPLAY", display)) }
        }
        found += (domain.qemu?.commandLine?.environment ?? []).map { ($0.name, $0.value ?? "") }
        return found
    }
}
