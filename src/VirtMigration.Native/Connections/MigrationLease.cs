namespace VirtMigration.Native.Connections;

/// <summary>Room for one migration on a connection.</summary>
/// <param name="connection">The connection.</param>
/// <param name="giveBack">Gives the room back.</param>
internal sealed class MigrationLease(LibvirtConnection connection, Action giveBack) : IDisposable
{
    /// <summary>The connection.</summary>
    public LibvirtConnection Connection => connection;

    /// <inheritdoc/>
    public void Dispose() => giveBack();
}
