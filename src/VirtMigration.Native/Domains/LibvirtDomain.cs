using System.Runtime.InteropServices;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Handles;
using VirtMigration.Native.Interop;

namespace VirtMigration.Native.Domains;

/// <summary>One VM over an open connection. All its calls block. The calls of a migration are in files of their own.</summary>
internal sealed unsafe partial class LibvirtDomain : IDisposable
{
    private readonly DomainHandle _handle;
    private readonly LibvirtConnection _connection;

    /// <summary>Takes over a domain.</summary>
    /// <param name="handle">The domain.</param>
    /// <param name="connection">The connection it came from.</param>
    public LibvirtDomain(DomainHandle handle, LibvirtConnection connection)
    {
        _handle = handle;
        _connection = connection;
        Name = Marshal.PtrToStringUTF8(Libvirt.virDomainGetName(handle.DangerousGetHandle())) ?? string.Empty;
    }

    /// <summary>Its name on that host.</summary>
    public string Name { get; }

    /// <summary>Whether it runs or is paused.</summary>
    public bool IsActive => Check(Libvirt.virDomainIsActive(_handle), $"say whether VM {Name} runs") == 1;

    /// <summary>Whether the host keeps its definition.</summary>
    public bool IsPersistent => Check(Libvirt.virDomainIsPersistent(_handle), $"say whether VM {Name} is persistent") == 1;

    /// <summary>Whether it starts with its host.</summary>
    public bool Autostart
    {
        get
        {
            int autostart;
            _ = Check(Libvirt.virDomainGetAutostart(_handle, &autostart), $"say whether VM {Name} starts with it");
            return autostart != 0;
        }
        set => _ = Check(Libvirt.virDomainSetAutostart(_handle, value ? 1 : 0), $"set whether VM {Name} starts with it");
    }

    /// <summary>Its state and the reason, as libvirt numbers them.</summary>
    public (int State, int Reason) State
    {
        get
        {
            int state, reason;
            _ = Check(Libvirt.virDomainGetState(_handle, &state, &reason, 0), $"tell the state of VM {Name}");
            return (state, reason);
        }
    }

    /// <summary>Its definition.</summary>
    /// <param name="flags">Which one; 0 is what runs.</param>
    public string GetXml(uint flags) =>
        NativeText.Take(Libvirt.virDomainGetXMLDesc(_handle, flags)) ?? throw _connection.Error($"tell the definition of VM {Name}");

    /// <summary>Metadata under a namespace; null where there is none.</summary>
    /// <param name="uri">The namespace.</param>
    /// <param name="flags">Of the running domain or of its stored definition.</param>
    public string? GetMetadata(string uri, uint flags)
    {
        nint text = Libvirt.virDomainGetMetadata(_handle, Libvirt.MetadataElement, uri, flags);
        if (text != 0)
        {
            return NativeText.Take(text);
        }

        HypervisorException error = _connection.Error($"tell the metadata of VM {Name}");
        return error.Code == (int)Errors.ErrorCode.NoDomainMetadata ? null : throw error;
    }

    /// <summary>Writes metadata under a namespace; what is under others stays as it is.</summary>
    /// <param name="element">The element, without its namespace, which libvirt adds; null removes it.</param>
    /// <param name="prefix">The prefix to write the namespace with.</param>
    /// <param name="uri">The namespace.</param>
    /// <param name="flags">Of the running domain or of its stored definition.</param>
    public void SetMetadata(string? element, string prefix, string uri, uint flags) => _ = Check(
        Libvirt.virDomainSetMetadata(_handle, Libvirt.MetadataElement, element, element is null ? null : prefix, uri, flags),
        $"write the metadata of VM {Name}");

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private int Check(int result, string action) => _connection.Check(result, action);
}
