using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>A migration in this shell's hands: renewed until it is released, or found in other hands.</summary>
public sealed class HeldLease : IAsyncDisposable
{
    private readonly MigrationOwnership _ownership;
    private readonly CancellationTokenSource _released = new();
    private readonly SemaphoreSlim _one = new(1);
    private readonly List<string> _notices;
    private readonly Task _renewing;
    private MigrationLease _mine;
    private volatile MigrationLease? _takenBy;
    private bool _kept;
    private bool _over;

    internal HeldLease(MigrationOwnership ownership, MigrationLease mine, bool kept, List<string> notices)
    {
        _ownership = ownership;
        _mine = mine;
        _kept = kept;
        _notices = notices;
        _renewing = Task.Run(RenewAsync);
    }

    /// <summary>Who took it over meanwhile; null: nobody. From then on this shell only observes.</summary>
    public MigrationLease? TakenBy => _takenBy;

    /// <summary>What was noticed when it was taken and while it was held.</summary>
    public IReadOnlyList<string> Notices
    {
        get
        {
            lock (_notices)
            {
                return _notices.ToArray();
            }
        }
    }

    /// <summary>Asks whether it is still this shell's, before something is done that only the owner may do.</summary>
    public async Task<bool> IsMineAsync()
    {
        await _one.WaitAsync();
        try
        {
            if (_takenBy is null && (await _ownership.ReadAsync(_mine.Vm, CancellationToken.None)).Lease is MigrationLease there
                && there.Id != _mine.Id && _ownership.Binds(there))
            {
                _takenBy = there;
            }
        }
        catch (VirtMigrationException)
        {
            // A store that does not answer has told nobody else that it is free.
        }
        finally
        {
            _one.Release();
        }

        return _takenBy is null;
    }

    /// <summary>Whether another one holds it now: one who took it over may have let go of it since.</summary>
    public async Task<bool> IsAnothersAsync() =>
        _takenBy is not null && await _ownership.LookAsync(_mine.Vm, CancellationToken.None) is ({ } there, not false) && there.Id != _mine.Id;

    /// <summary>Lets go of it, so that anybody may take it at once.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_over)
        {
            return;
        }

        _over = true;
        await _released.CancelAsync();
        await _renewing;
        try
        {
            if (_takenBy is null && !(_kept && await _ownership.ReplaceAsync(_mine.Vm, _mine, null, CancellationToken.None))
                && (await _ownership.ReadAsync(_mine.Vm, CancellationToken.None)).Lease is MigrationLease there && there.Id == _mine.Id)
            {
                // An answer that came too late had been written all the same.
                _ = await _ownership.ReplaceAsync(_mine.Vm, there, null, CancellationToken.None);
            }
        }
        catch (VirtMigrationException error)
        {
            Tell($"the migration could not be let go of: until this shell ends nobody can migrate VM '{_mine.VmName}' with this module. {error.Message}");
        }

        _released.Dispose();
        _one.Dispose();
    }

    private async Task RenewAsync()
    {
        while (_takenBy is null)
        {
            try
            {
                await _ownership.WaitAsync(_released.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await _one.WaitAsync();
            try
            {
                await RenewOnceAsync();
            }
            catch (VirtMigrationException error) when (_kept)
            {
                Tell($"for a time it could not be noted that this shell steers, so a shell of another machine might have taken over: {error.Message}");
            }
            catch (VirtMigrationException)
            {
                // That it is not kept was told when it was taken.
            }
            finally
            {
                _one.Release();
            }
        }
    }

    // Where it is not kept, because the store failed or somebody removed it, it is taken again as soon as it is free.
    private async Task RenewOnceAsync()
    {
        MigrationLease next = _mine with { Renewal = _mine.Renewal + 1 };
        if (_kept && await _ownership.ReplaceAsync(_mine.Vm, _mine, next, CancellationToken.None))
        {
            _mine = next;
            return;
        }

        MigrationLease? there = (await _ownership.ReadAsync(_mine.Vm, CancellationToken.None)).Lease;
        if (there is not null && there.Id != _mine.Id && _ownership.Binds(there))
        {
            _takenBy = there;
            return;
        }

        // An answer that came too late may have been written all the same.
        _kept = await _ownership.ReplaceAsync(_mine.Vm, there, next, CancellationToken.None);
        _mine = _kept ? next : _mine;
    }

    private void Tell(string notice)
    {
        lock (_notices)
        {
            // The same trouble every five seconds is one trouble.
            if (!_notices.Contains(notice))
            {
                _notices.Add(notice);
            }
        }
    }
}
