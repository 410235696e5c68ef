//! Pages that move by themselves: the board, a task, a phone.

use serde_json::json;

on_both! {
    /// A coordinator who watches the board sees a new task appear and its row change, without
    /// pressing anything.
    async fn the_board_moves_by_itself(house: House) {
        house.begin_shift(&house.joel).await;
        let mut board = house.follow(&house.coordinator, "/board/live").await;
        board.until("\n\n").await; // the board as it was
        let task = house.ask(&house.nurse, "sample", "WARD-A", Some("XRAY")).await;
        let row = format!("/tasks/{task}");
        let shown = board.until(&row).await;
        assert!(shown.contains("Sample to laboratory"), "{shown}");
        house.assign(task, &house.joel).await;
        let shown = board.until("Joel O.").await;
        assert!(shown.contains(&row), "the changed row is sent: {shown}");
    }

    /// The plan moves as the list does: a zone that somebody looks at shows a new task by itself.
    async fn the_plan_moves_by_itself(house: House) {
        let directory = house.app.tasking.directory().await.unwrap();
        let ward = directory.locations.iter().find(|at| at.code == "WARD-A").unwrap().id;
        let path = format!("/board/plan/live?zone={ward}");
        let mut plan = house.follow(&house.coordinator, &path).await;
        plan.until("Nothing is open here").await;
        let task = house.ask(&house.nurse, "sample", "WARD-A", Some("XRAY")).await;
        let shown = plan.until(&format!("/tasks/{task}")).await;
        assert!(shown.contains("Sample to laboratory"), "{shown}");
        assert!(shown.contains("id=\"vitals\""), "the figures at the head move too: {shown}");
    }

    /// What another ward asks for does not reach a ward's live board.
    async fn a_wards_board_stays_its_own(house: House) {
        let mut board = house.follow(&house.clerk, "/board/live").await;
        board.until("\n\n").await;
        let theirs = house.ask(&house.nurse, "sample", "WARD-A", Some("XRAY")).await;
        let own = house.ask(&house.clerk, "sample", "WARD-B", Some("XRAY")).await;
        let shown = board.until(&format!("/tasks/{own}")).await;
        assert!(!shown.contains(&format!("/tasks/{theirs}")), "{shown}");
    }

    /// The phone shows a question as soon as it is asked, and the ward's page of the task shows the
    /// answer.
    async fn phone_and_task_page_move_by_themselves(house: House) {
        house.begin_shift(&house.joel).await;
        let task = house.ask(&house.nurse, "sample", "WARD-A", Some("XRAY")).await;
        let mut phone = house.follow(&house.joel, "/phone/live").await;
        phone.until("\n\n").await;
        let mut page = house.follow(&house.nurse, &format!("/tasks/{task}/live")).await;
        page.until("\n\n").await;
        let offer = house.assign(task, &house.joel).await;
        phone.until(&format!("/offers/{offer}/accept")).await;
        let path = format!("/api/v1/offers/{offer}/accept");
        assert_eq!(house.call(&house.joel, &path, json!({})).await.status, 204);
        page.until("Accepted").await;
    }

    /// Whoever loses the right to look is shown no more: the stream says that it ends, and ends.
    async fn a_stream_ends_with_the_right(house: House) {
        let mut board = house.follow(&house.coordinator, "/board/live").await;
        board.until("\n\n").await;
        let accounts = house.app.identity.accounts(&house.administrator.caller).await.unwrap();
        let cora = accounts.iter().find(|line| line.id == house.coordinator.account).unwrap();
        let path = format!("/grants/{}/withdraw", cora.grants[0].id);
        let seen = cora.grants[0].version.to_string();
        let done = house.post(&house.administrator, &path, &[("version", &seen)]).await;
        assert_eq!(done.status, 303);
        board.until("event: end").await;
    }
}
