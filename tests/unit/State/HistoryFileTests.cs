using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.State;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.State;

public sealed class HistoryFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HistoryFile _file;
    private readonly List<string> _told = [];

    public HistoryFileTests() => _file = new(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task No_file_is_an_empty_history()
    {
        Assert.Empty(await ReadAsync());
        Assert.Empty(await ReadAsync(new() { Last = 5 }, new(Path.Combine(_folder.Path, "not", "there"))));
        Assert.Empty(_told);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task What_was_recorded_is_read_again_to_the_last_figure()
    {
        MigrationRecord full = GivenRecord.Of(1);
        MigrationRecord bare = GivenRecord.Of(2) with
        {
            EndState = MigrationEndState.Unknown,
            Outcome = MigrationOutcome.Failed,
            Host = null,
            Downtime = null,
            TotalTime = null,
            Sent = null,
            Throughput = null,
            Passes = null,
            MaxThrottle = null,
            ParallelConnections = null,
            ZeroCopy = false,
            ErrorId = "MigrationStateUnknown",
            Error = "Ümlaut €",
            RecommendedAction = "Ask.",
            OnSource = VmObservation.NoAnswer("h1", "the connection broke"),
            Samples = Array.Empty<MigrationSample>(),
        };
        await AppendAsync(full, bare);
        IReadOnlyList<MigrationRecord> read = await ReadAsync();
        Assert.Equal([Json(full), Json(bare)], read.Select(Json));
        Assert.Empty(_told);
    }

    [Fact]
    public async Task Lists_are_read_as_arrays()
    {
        await AppendAsync(GivenRecord.Of(1));
        MigrationRecord record = Assert.Single(await ReadAsync());
        Assert.IsType<SettingMeasurement[]>(record.Measured);
        Assert.IsType<string[]>(record.Notices);
        Assert.IsType<MigrationAction[]>(record.Actions);
        Assert.IsType<MigrationSample[]>(record.Samples);
        Assert.IsType<PlanDecision[]>(record.Plan.Decisions);
        Assert.IsType<string[]>(record.Plan.Schedule);
    }

    [Fact]
    public async Task A_run_is_one_line_that_begins_with_its_version_and_has_units_and_UTC()
    {
        await AppendAsync(GivenRecord.Of(1), GivenRecord.Of(2));
        string text = await File.ReadAllTextAsync(_file.FilePath);
        string[] lines = text.Split('\n');
        Assert.Equal((3, string.Empty), (lines.Length, lines[2]));
        Assert.StartsWith("""{"formatVersion":1,"id":""", lines[0], StringComparison.Ordinal);
        JObject line = JsonConvert.DeserializeObject<JObject>(lines[0], new JsonSerializerSettings { DateParseHandling = DateParseHandling.None })!;
        Assert.Equal(
            ("8500ms", "42.125ms", "4294967297B", "4294967297bps", "unlimited", "68719476736B", "Moved", "2026-01-01T12:01:00+00:00"),
            (Text("duration"), Text("downtime"), Text("sent"), Text("throughput"), Text("plan.bandwidth"), Text("plan.memory"), Text("endState"), Text("startedAt")));
        Assert.Equal(("1073741824B", "3250ms", null), (Text("samples[0].remaining"), Text("samples[0].eta"), Text("samples[0].vm")));
        Assert.Null(Text("plan.decisions[0].changed"));

        string? Text(string path) => (string?)line.SelectToken(path);
    }

    // A line as version 1 of the form writes it: it must be readable for ever.
    [Fact]
    public async Task A_line_of_version_1_is_read()
    {
        Write("""{"formatVersion":1,"id":"01975a3c-0000-7000-8000-000000000001","vm":"db1","uuid":"7155fdd2-09e5-41db-81a7-60fad2c3297e","source":"h1","destination":"h2","policy":"P","operator":"a@b","machine":"b","startedAt":"2026-01-01T12:00:00.5+00:00","endedAt":"2026-01-01T12:00:09+00:00","duration":"8500ms","outcome":"Failed","endState":"Stayed","host":"h1","onSource":{"host":"h1","answered":true,"present":true,"state":"Running","reason":"Other","active":true,"persistent":true,"jobRunning":false},"onDestination":{"host":"h2","answered":false,"error":"it is off","present":false,"state":"Unknown","reason":"Other","active":false,"persistent":false,"jobRunning":false},"zeroCopy":false,"measured":[{"setting":"Bandwidth","asked":"Link","planned":"10 Gbps"}],"errorId":"MigrationAborted","error":"It was stopped.","recommendedAction":"Start it again.","notices":[],"actions":[{"time":"2026-01-01T12:00:01+00:00","action":"abort","reason":"r","pass":2,"remaining":"1B"}],"plan":{"summary":"s","memory":"1B","techniques":["Live"],"destinationUri":"u","bandwidth":"1000bps","compression":"None","initialDowntime":"100ms","schedule":["then: abort"],"deadlines":[],"stepInterval":"10000ms","concurrency":1,"pinReasons":[],"decisions":[{"setting":"Policy","asked":"P","origin":"Cluster","taken":"P","reason":"r"}],"warnings":[]},"samples":[{"time":"2026-01-01T12:00:01+00:00","phase":"PreCopy","pass":1,"percent":7,"remaining":"5B","total":"9B","sent":"4B","rate":"1000bps","elapsed":"1000ms"}],"later":{"a":[1]}}""" + "\n");
        MigrationRecord record = Assert.Single(await ReadAsync());
        Assert.Equal(("db1", MigrationEndState.Stayed, MigrationOutcome.Failed, "MigrationAborted"), (record.VM, record.EndState, record.Outcome, record.ErrorId));
        Assert.Equal(TimeSpan.FromSeconds(8.5), record.Duration);
        Assert.Equal((null, null), (record.Downtime, record.Sent));
        Assert.Equal(("h2: no answer (it is off)", true), (record.OnDestination.ToString(), record.OnSource.Active));
        Assert.Equal(("abort", 2, new ByteSize(1)), (record.Actions[0].Action, record.Actions[0].Pass, record.Actions[0].Remaining));
        Assert.Equal(SettingOrigin.Cluster, record.Plan.Decisions[0].Origin);
        Assert.Equal(("db1", "h1", "h2", MigrationPhase.PreCopy, new ByteSize(5)),
            (record.Samples[0].VM, record.Samples[0].Source, record.Samples[0].Destination, record.Samples[0].Phase, record.Samples[0].Remaining));
        Assert.Null(record.Samples[0].DirtyRate);
        Assert.Empty(_told);
    }

    [Fact]
    public async Task What_cannot_be_read_is_left_out_and_counted()
    {
        await AppendAsync(GivenRecord.Of(1));
        string good = (await File.ReadAllTextAsync(_file.FilePath)).TrimEnd('\n');
        string[] bad =
        [
            "not JSON", "[]", "null", "1", "\0\0\0\0", "{}", """{"formatVersion":1}""", """{"formatVersion":"one"}""", good[..^1], good[..(good.Length / 2)], good + "}",
            good.Replace("\"Moved\"", "\"Teleported\"", StringComparison.Ordinal), good.Replace("\"Moved\"", "1", StringComparison.Ordinal),
            good.Replace("\"8500ms\"", "8500", StringComparison.Ordinal), good.Replace("\"samples\":[", "\"samples\":[null,", StringComparison.Ordinal),
            good.Replace("\"passes\":5", "\"passes\":99999999999999999999", StringComparison.Ordinal), good.Replace("\"plan\":{", "\"plan\":null,\"x\":{", StringComparison.Ordinal),
        ];
        Assert.All(bad.Skip(11), line => Assert.NotEqual(good, line));
        string newer = good.Replace("\"formatVersion\":1,", "\"formatVersion\":2,", StringComparison.Ordinal);
        Write(string.Join('\n', [.. bad, newer, "", good, newer]) + "\n");
        foreach (HistoryQuery query in (HistoryQuery[])[new(), new() { Last = 10 }])
        {
            _told.Clear();
            Assert.Single(await ReadAsync(query));
            Assert.Equal(2, _told.Count);
            Assert.StartsWith($"A newer version of VirtMigration wrote 2 runs in {_file.FilePath}", _told[0], StringComparison.Ordinal);
            Assert.StartsWith($"{bad.Length} lines in {_file.FilePath}", _told[1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task No_damage_of_a_line_is_an_exception()
    {
        await AppendAsync(GivenRecord.Of(1));
        byte[] good = await File.ReadAllBytesAsync(_file.FilePath);
        for (int place = 0; place < good.Length; place++)
        {
            byte[] damaged = [.. good];
            damaged[place] = (byte)"\"}]{,9-"[place % 7];
            await File.WriteAllBytesAsync(_file.FilePath, damaged);
            Assert.InRange((await ReadAsync()).Count, 0, 1);
        }
    }

    [Fact]
    public async Task Half_a_line_does_not_swallow_the_next_run()
    {
        await AppendAsync(GivenRecord.Of(1));
        byte[] whole = await File.ReadAllBytesAsync(_file.FilePath);
        await File.WriteAllBytesAsync(_file.FilePath, [.. whole, .. whole[..100]]);
        Assert.Single(await ReadAsync());
        await AppendAsync(GivenRecord.Of(2));
        _told.Clear();
        Assert.Equal([1, 2], Numbers(await ReadAsync()));
        Assert.StartsWith("1 line in", Assert.Single(_told), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_ones_are_given_oldest_first_across_blocks_and_files()
    {
        HistoryFile small = new(_folder.Path) { MaxSize = new(3_000_000) };
        foreach (int number in Enumerable.Range(1, 30))
        {
            await small.AppendAsync(GivenRecord.Of(number, samples: 1200), CancellationToken.None);
        }

        Assert.True(new FileInfo(Path.Combine(_folder.Path, "history.1.jsonl")).Length > 2_000_000);
        Assert.Equal(Enumerable.Range(1, 30), Numbers(await ReadAsync()));
        foreach (int last in (int[])[1, 2, 7, 12, 29, 30, 31])
        {
            Assert.Equal(Enumerable.Range(1, 30).TakeLast(last), Numbers(await ReadAsync(new() { Last = last })));
        }

        Assert.Equal(Json(GivenRecord.Of(30, samples: 1200)), Json((await ReadAsync(new() { Last = 1 }))[0]));
    }

    [Fact]
    public async Task A_full_file_is_renamed_and_the_oldest_goes()
    {
        await AppendAsync(GivenRecord.Of(1));
        long line = new FileInfo(_file.FilePath).Length;
        HistoryFile small = new(_folder.Path) { MaxSize = new((line * 2) + 10) };
        foreach (int number in Enumerable.Range(2, 12))
        {
            await small.AppendAsync(GivenRecord.Of(number), CancellationToken.None);
        }

        Assert.Equal(
            ["history.1.jsonl", "history.2.jsonl", "history.3.jsonl", "history.4.jsonl", "history.jsonl", "history.jsonl.lock"],
            Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(Directory.GetFiles(_folder.Path), path => Assert.InRange(new FileInfo(path).Length, 0, (line * 2) + 10));
        Assert.Equal([5, 6, 7, 8, 9, 10, 11, 12, 13], Numbers(await ReadAsync()));
    }

    [Fact]
    public async Task A_run_that_is_larger_than_a_file_is_recorded_all_the_same()
    {
        HistoryFile tiny = new(_folder.Path) { MaxSize = new(10) };
        await tiny.AppendAsync(GivenRecord.Of(1), CancellationToken.None);
        await tiny.AppendAsync(GivenRecord.Of(2), CancellationToken.None);
        Assert.Equal([1, 2], Numbers(await ReadAsync()));
    }

    [Fact]
    public async Task A_file_that_is_renamed_while_it_is_read_loses_and_doubles_nothing()
    {
        HistoryFile small = new(_folder.Path) { MaxSize = new(20_000) };
        await using IAsyncEnumerator<MigrationRecord> reading = ReadSlowly();
        foreach (int number in Enumerable.Range(1, 9))
        {
            await small.AppendAsync(GivenRecord.Of(number), CancellationToken.None);
        }

        Assert.True(await reading.MoveNextAsync());
        List<MigrationRecord> read = [reading.Current];
        foreach (int number in Enumerable.Range(10, 6))
        {
            await small.AppendAsync(GivenRecord.Of(number), CancellationToken.None);
        }

        while (await reading.MoveNextAsync())
        {
            read.Add(reading.Current);
        }

        Assert.Equal(Enumerable.Range(1, 9), Numbers(read).Take(9));
        Assert.Equal(read.Count, read.Select(one => one.Id).Distinct().Count());

        IAsyncEnumerator<MigrationRecord> ReadSlowly() => small.ReadAsync(new(), _told.Add, CancellationToken.None).GetAsyncEnumerator();
    }

    [Fact]
    public async Task A_run_that_two_files_hold_is_given_once()
    {
        await AppendAsync(GivenRecord.Of(1), GivenRecord.Of(2));
        File.Copy(_file.FilePath, Path.Combine(_folder.Path, "history.1.jsonl"));
        Assert.Equal([1, 2], Numbers(await ReadAsync()));
        Assert.Equal([1, 2], Numbers(await ReadAsync(new() { Last = 3 })));
    }

    [Fact]
    public async Task Many_that_write_at_once_tear_no_line()
    {
        const int Writers = 8;
        const int Runs = 25;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            HistoryFile own = new(_folder.Path) { MaxSize = ByteSize.FromMebibytes(1) };
            for (int run = 0; run < Runs; run++)
            {
                await own.AppendAsync(GivenRecord.Of(1 + (writer * Runs) + run, samples: 20), CancellationToken.None);
            }
        })));
        Assert.Equal(Enumerable.Range(1, Writers * Runs), Numbers(await ReadAsync()).Order());
        Assert.Empty(_told);
    }

    [Fact]
    public async Task A_full_disk_is_an_error_that_says_so()
    {
        File.CreateSymbolicLink(_file.FilePath, "/dev/full");
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(() => AppendAsync(GivenRecord.Of(1)));
        Assert.Equal("HistoryUnwritable", error.ErrorId);
        Assert.Contains("No space left on device", error.Message, StringComparison.Ordinal);
        Assert.Contains(_file.FilePath, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_an_error_that_says_so()
    {
        string taken = Path.Combine(_folder.Path, "file");
        await File.WriteAllTextAsync(taken, "here");
        VirtMigrationException error = await Assert.ThrowsAsync<VirtMigrationException>(
            () => new HistoryFile(Path.Combine(taken, "folder")).AppendAsync(GivenRecord.Of(1), CancellationToken.None));
        Assert.Equal("HistoryUnwritable", error.ErrorId);
    }

    [Fact]
    public async Task A_holder_that_hangs_is_an_error_after_seconds()
    {
        using (new FileStream($"{_file.FilePath}.lock", FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Equal("HistoryLocked", (await Assert.ThrowsAsync<VirtMigrationException>(() => AppendAsync(GivenRecord.Of(1)))).ErrorId);
        }

        await AppendAsync(GivenRecord.Of(1));
    }

    [Fact]
    public async Task Reading_waits_for_no_lock()
    {
        await AppendAsync(GivenRecord.Of(1));
        using FileStream held = new($"{_file.FilePath}.lock", FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.Single(await ReadAsync());
    }

    [Fact]
    public async Task What_is_no_file_is_an_error_of_reading()
    {
        Directory.CreateDirectory(_file.FilePath);
        Assert.Equal("HistoryUnreadable", (await Assert.ThrowsAsync<VirtMigrationException>(() => ReadAsync())).ErrorId);
    }

    private static IEnumerable<int> Numbers(IEnumerable<MigrationRecord> records) =>
        records.Select(record => (int)(record.StartedAt - GivenRecord.Start).TotalMinutes);

    // Records compare lists by reference; their text holds every member.
    private static string Json(MigrationRecord record) => JsonConvert.SerializeObject(record);

    private void Write(string text) => File.WriteAllText(_file.FilePath, text, new UTF8Encoding(false));

    private async Task AppendAsync(params MigrationRecord[] records)
    {
        foreach (MigrationRecord record in records)
        {
            await _file.AppendAsync(record, CancellationToken.None);
        }
    }

    private async Task<IReadOnlyList<MigrationRecord>> ReadAsync(HistoryQuery? query = null, HistoryFile? file = null)
    {
        List<MigrationRecord> read = [];
        await foreach (MigrationRecord record in (file ?? _file).ReadAsync(query ?? new(), _told.Add, CancellationToken.None))
        {
            read.Add(record);
        }

        return read;
    }
}
